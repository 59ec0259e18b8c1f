firewall {
    all-ping enable
    name FROM-RACK {
        default-action accept
        rule 10 {
            action drop
            destination {
                port 23
            }
            protocol tcp
            state {
                established disable
                new enable
            }
        }
    }
    options {
        interface eth1 {
            adjust-mss 1400
        }
    }
}
interfaces {
    ethernet eth1 {
        address 10.1.5.1/24
        firewall {
            in {
                name FROM-RACK
            }
        }
        ip {
            ospf {
                cost 20
            }
        }
        smp-affinity auto
        vif 7 {
            address 10.1.7.1/24
            ip {
                ospf {
                    priority 0
                }
            }
        }
    }
    ethernet eth2 {
        bridge-group {
            bridge br0
        }
    }
    ethernet eth3 {
        bond-group bond0
    }
    bridge br0 {
        address 10.1.8.1/24
    }
    bonding bond0 {
        mode active-backup
    }
    tunnel tun0 {
        encapsulation ipip
        local-ip 10.1.5.1
        remote-ip 10.1.5.2
    }
    vxlan vxlan7 {
        link eth1
        group 239.0.0.7
        vni 7
    }
}
nat {
    source {
        rule 10 {
            outbound-interface eth0
            translation {
                address masquerade
            }
        }
    }
}
policy {
    route-map OUT {
        rule 10 {
            action permit
            match {
                ip {
                    nexthop 10.1.5.9
                }
            }
            set {
                as-path-prepend "65005 65005"
                community "65005:1 additive"
            }
        }
    }
}
protocols {
    bgp 65005 {
        maximum-paths {
            ebgp 4
        }
        neighbor 10.1.5.10 {
            nexthop-self
            remote-as 65005
            route-map {
                export OUT
            }
            route-reflector-client
        }
        network 10.1.5.0/24 {
        }
        parameters {
            router-id 10.1.5.1
        }
    }
    ospf {
        area 0.0.0.0 {
            network 10.1.5.0/24
        }
    }
    static {
        arp 10.1.5.77 {
            hwaddr 02:00:00:00:00:77
        }
        interface-route 10.96.0.0/16 {
            next-hop-interface eth1 {
            }
        }
    }
}
service {
    ssh {
        port 22
    }
}
system {
    host-name leaf0
    ntp {
        server 0.pool.ntp.org {
        }
    }
}
/* Warning: Do not remove the following line. */
/* === vyatta-config-version: "broadcast-relay@1:bgp@1:system@18" === */
/* Release version: 1.3.2 */
