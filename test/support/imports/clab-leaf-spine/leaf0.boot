interfaces {
    ethernet eth1 {
        address 10.1.10.1/24
    }
    ethernet eth3 {
        address 10.1.5.1/24
    }
}
protocols {
    bgp {
        system-as 65005
        parameters {
            router-id 10.1.5.1
        }
        address-family {
            ipv4-unicast {
                network 10.1.10.0/24 {
                }
                network 10.1.5.0/24 {
                }
            }
        }
        neighbor 10.1.10.2 {
            remote-as 500
            address-family {
                ipv4-unicast {
                }
            }
        }
        neighbor 10.1.5.10 {
            remote-as 65005
            address-family {
                ipv4-unicast {
                    nexthop-self
                    route-reflector-client
                }
            }
        }
        neighbor 10.1.5.11 {
            remote-as 65005
            address-family {
                ipv4-unicast {
                    nexthop-self
                    route-reflector-client
                }
            }
        }
    }
}
