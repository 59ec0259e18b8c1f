interfaces {
    ethernet eth1 {
        address "10.1.12.2/24"
        mtu "1500"
    }
    ethernet eth2 {
        address "10.1.11.2/24"
        mtu "1500"
    }
    loopback lo {
    }
}
protocols {
    bgp {
        address-family {
            ipv4-unicast {
                network 10.1.11.0/24 {
                }
                network 10.1.12.0/24 {
                }
            }
        }
        neighbor 10.1.11.1 {
            address-family {
                ipv4-unicast {
                }
            }
            remote-as "65008"
        }
        neighbor 10.1.12.1 {
            address-family {
                ipv4-unicast {
                }
            }
            remote-as "65005"
        }
        parameters {
            bestpath {
                as-path {
                    multipath-relax
                }
            }
            log-neighbor-changes
            router-id "10.1.8.1"
        }
        system-as "800"
    }
}
system {
    config-management {
        commit-revisions "100"
    }
    host-name "spine1"
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
