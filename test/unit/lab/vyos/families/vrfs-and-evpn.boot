interfaces {
    bridge br10 {
        member {
            interface vxlan10 {
            }
        }
        vrf BLUE
    }
    dummy dum0 {
        address 10.255.0.1/32
    }
    ethernet eth1 {
        address 10.1.10.1/24
    }
    ethernet eth2 {
        address 10.7.0.1/24
        vrf BLUE
    }
    vxlan vxlan10 {
        parameters {
            nolearning
        }
        source-address 10.255.0.1
        vni 10
    }
}
protocols {
    bgp {
        address-family {
            l2vpn-evpn {
                advertise-all-vni
            }
        }
        neighbor 10.1.10.2 {
            address-family {
                ipv4-unicast {
                }
                l2vpn-evpn {
                }
            }
            remote-as 500
        }
        parameters {
            router-id 10.255.0.1
        }
        system-as 65005
    }
}
vrf {
    bind-to-all
    name BLUE {
        protocols {
            bgp {
                address-family {
                    ipv4-unicast {
                        redistribute {
                            connected {
                            }
                        }
                    }
                    l2vpn-evpn {
                        advertise {
                            ipv4 {
                                unicast
                            }
                        }
                    }
                }
                neighbor 10.7.0.2 {
                    address-family {
                        ipv4-unicast {
                        }
                    }
                    remote-as 65007
                }
                system-as 65005
            }
            static {
                route 0.0.0.0/0 {
                    next-hop 10.7.0.2 {
                    }
                }
            }
        }
        table 100
        vni 5000
    }
}
