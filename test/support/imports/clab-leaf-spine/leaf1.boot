interfaces {
    ethernet eth1 {
        address 10.1.34.1/24
    }
    ethernet eth3 {
        address 10.1.8.1/24
    }
}
protocols {
    bgp {
        system-as 65008
        parameters {
            router-id 10.1.8.1
        }
        address-family {
            ipv4-unicast {
                network 10.1.34.0/24 {
                }
                network 10.1.8.0/24 {
                }
            }
        }
        neighbor 10.1.34.2 {
            remote-as 500
            address-family {
                ipv4-unicast {
                }
            }
        }
        neighbor 10.1.8.10 {
            remote-as 65008
            address-family {
                ipv4-unicast {
                    nexthop-self
                    route-reflector-client
                }
            }
        }
        neighbor 10.1.8.11 {
            remote-as 65008
            address-family {
                ipv4-unicast {
                    nexthop-self
                    route-reflector-client
                }
            }
        }
    }
}
