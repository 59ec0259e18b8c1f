firewall {
    global-options {
        all-ping enable
        log-martians enable
        state-policy {
            established {
                action accept
            }
        }
    }
    group {
        address-group SERVERS {
            address 10.1.5.10
            address 10.1.5.11
        }
        interface-group FABRIC {
            interface eth1
            interface eth2
        }
        network-group RACKS {
            include OTHERS
            network 10.1.5.0/24
        }
        network-group OTHERS {
            network 10.1.8.0/24
        }
        port-group WEB {
            port 80
            port 8000-8080
        }
    }
    ipv4 {
        forward {
            filter {
                default-action drop
                rule 10 {
                    action jump
                    inbound-interface {
                        group FABRIC
                    }
                    jump-target RACKS
                }
                rule 20 {
                    action accept
                    icmp {
                        type-name echo-request
                    }
                    limit {
                        rate 10/second
                    }
                    protocol icmp
                }
            }
        }
        input {
            filter {
                rule 10 {
                    action drop
                    disable
                    inbound-interface {
                        name eth9
                    }
                }
                rule 20 {
                    action reject
                    protocol tcp
                    tcp {
                        flags {
                            not {
                                ack
                            }
                            syn
                        }
                    }
                    source {
                        address !10.1.0.0/16
                    }
                }
            }
        }
        name RACKS {
            default-action return
            rule 10 {
                action accept
                destination {
                    group {
                        address-group SERVERS
                        port-group WEB
                    }
                }
                protocol tcp
                source {
                    group {
                        network-group !RACKS
                    }
                }
                state new
                state established
            }
        }
    }
    ipv6 {
        forward {
            filter {
                rule 10 {
                    action accept
                    icmpv6 {
                        type-name echo-request
                    }
                    protocol ipv6-icmp
                    source {
                        address 2001:db8::/32
                    }
                }
            }
        }
    }
}
interfaces {
    ethernet eth0 {
        address dhcp
    }
    ethernet eth1 {
        address 10.1.5.1/24
        ip {
            adjust-mss 1360
            enable-proxy-arp
            source-validation loose
        }
    }
    ethernet eth2 {
        address 10.1.8.1/24
        ip {
            adjust-mss clamp-mss-to-pmtu
        }
        ipv6 {
            adjust-mss 1340
        }
    }
}
nat {
    destination {
        rule 10 {
            destination {
                port 8080
            }
            inbound-interface {
                name eth0
            }
            protocol tcp
            translation {
                address 10.1.5.10
                port 80
            }
        }
        rule 20 {
            destination {
                port 53
            }
            inbound-interface {
                name eth1
            }
            protocol tcp_udp
            translation {
                port 5353
            }
        }
    }
    source {
        rule 100 {
            log
            outbound-interface {
                name eth0
            }
            source {
                address 10.1.0.0/16
            }
            translation {
                address masquerade
            }
        }
        rule 50 {
            outbound-interface {
                group FABRIC
            }
            source {
                address 10.1.5.0/24
            }
            translation {
                address 192.0.2.10-192.0.2.20
            }
        }
    }
    static {
        rule 10 {
            destination {
                address 192.0.2.1
            }
            inbound-interface eth0
            translation {
                address 10.1.5.10
            }
        }
    }
}
system {
    ip {
        disable-forwarding
        multipath {
            layer4-hashing
        }
    }
    sysctl {
        parameter net.ipv4.conf.eth1.arp_filter {
            value 1
        }
    }
}
