high-availability {
    vrrp {
        group rack0 {
            address 10.1.5.254/24 {
            }
            interface eth1
            vrid 10
        }
    }
}
interfaces {
    ethernet eth1 {
        address 10.1.5.1/24
        traffic-policy {
            out SLOW
        }
    }
    pppoe pppoe0 {
        source-interface eth1
    }
    wireguard wg0 {
        address 10.66.0.1/24
        private-key QGAHkCzbvsZ6D9yDS1L0lRgPxVBqyT6YdpAkqVTMGF8=
    }
    wwan wwan0 {
    }
}
load-balancing {
    wan {
        interface-health eth1 {
        }
    }
}
policy {
    route MARK {
        rule 10 {
            set {
                table 100
            }
        }
    }
}
protocols {
    mpls {
        interface eth1
    }
    nhrp {
        tunnel tun0 {
        }
    }
    segment-routing {
        interface eth1 {
            srv6 {
            }
        }
    }
}
qos {
    policy {
        shaper SLOW {
            bandwidth 1mbit
        }
    }
}
service {
    dhcp-server {
        shared-network-name RACK {
            subnet 10.1.5.0/24 {
                range 0 {
                    start 10.1.5.100
                    stop 10.1.5.200
                }
            }
        }
    }
    lldp {
        interface all {
        }
    }
    pppoe-server {
        access-concentrator leaf0
        client-ip-pool CLIENTS {
            range 10.1.5.128/25
        }
    }
    ssh {
    }
}
system {
    option {
        performance throughput
    }
    syslog {
        global {
            facility all {
                level info
            }
        }
    }
}
vpn {
    ipsec {
        interface eth1
    }
}
