interfaces {
    ethernet eth1 {
        address "10.1.10.1/24"
        mtu "1500"
    }
    ethernet eth2 {
        address "10.1.12.1/24"
        mtu "1500"
    }
    ethernet eth3 {
        address "10.1.5.1/24"
        mtu "1500"
    }
    loopback lo {
    }
}
nat {
    source {
        rule 100 {
            outbound-interface {
                name "eth0"
            }
            source {
                address "10.1.0.0/16"
            }
            translation {
                address "masquerade"
            }
        }
    }
}
protocols {
    bgp {
        address-family {
            ipv4-unicast {
                network 10.1.5.0/24 {
                }
                network 10.1.10.0/24 {
                }
                network 10.1.12.0/24 {
                }
            }
        }
        neighbor 10.1.5.10 {
            address-family {
                ipv4-unicast {
                    nexthop-self {
                    }
                    route-reflector-client
                }
            }
            remote-as "65005"
        }
        neighbor 10.1.5.11 {
            address-family {
                ipv4-unicast {
                    nexthop-self {
                    }
                    route-reflector-client
                }
            }
            remote-as "65005"
        }
        neighbor 10.1.10.2 {
            address-family {
                ipv4-unicast {
                }
            }
            remote-as "500"
        }
        neighbor 10.1.12.2 {
            address-family {
                ipv4-unicast {
                }
            }
            remote-as "800"
        }
        parameters {
            bestpath {
                as-path {
                    multipath-relax
                }
            }
            log-neighbor-changes
            router-id "10.1.5.1"
        }
        system-as "65005"
    }
}
system {
    config-management {
        commit-revisions "100"
    }
    host-name "leaf0"
    login {
        user vyos {
            authentication {
                encrypted-password "*"
            }
        }
    }
}

// Warning: Do not remove the following line.
// vyos-config-version: "bgp@6:config-management@1:firewall@17:interfaces@33:nat@8:quagga@11:system@28"
// Release version: 1.5
