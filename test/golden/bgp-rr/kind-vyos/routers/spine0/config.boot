interfaces {
    ethernet eth1 {
        address "10.1.10.2/24"
        mtu "1500"
    }
    ethernet eth2 {
        address "10.1.34.2/24"
        mtu "1500"
    }
    loopback lo {
    }
}
protocols {
    bgp {
        address-family {
            ipv4-unicast {
                network 10.1.10.0/24 {
                }
                network 10.1.34.0/24 {
                }
            }
        }
        neighbor 10.1.10.1 {
            address-family {
                ipv4-unicast {
                }
            }
            remote-as "65005"
        }
        neighbor 10.1.34.1 {
            address-family {
                ipv4-unicast {
                }
            }
            remote-as "65008"
        }
        parameters {
            bestpath {
                as-path {
                    multipath-relax
                }
            }
            log-neighbor-changes
            router-id "172.20.20.4"
        }
        system-as "500"
    }
}
system {
    config-management {
        commit-revisions "100"
    }
    host-name "spine0"
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
