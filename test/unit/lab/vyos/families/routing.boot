interfaces {
    ethernet eth1 {
        address 10.1.5.1/24
        address 2001:db8:5::1/64
    }
    ethernet eth2 {
        address 10.1.8.1/24
    }
}
policy {
    local-route {
        rule 100 {
            set {
                table 100
            }
            source {
                address 10.1.5.0/24
            }
        }
    }
    prefix-list LOOPBACKS {
        rule 10 {
            action permit
            ge 32
            prefix 10.255.0.0/16
        }
    }
    route-map KERNEL {
        rule 10 {
            action permit
            match {
                ip {
                    address {
                        prefix-list LOOPBACKS
                    }
                }
            }
            set {
                src 10.255.0.1
            }
        }
    }
}
protocols {
    igmp {
        interface eth1 {
            version 3
        }
    }
    isis {
        interface eth1 {
            network {
                point-to-point
            }
        }
        level level-2
        metric-style wide
        net 49.0001.0100.0000.0001.00
        redistribute {
            ipv4 {
                connected {
                    level-2 {
                        metric 20
                    }
                }
            }
        }
    }
    ospf {
        aggregation {
            timer 10
        }
        capability {
            opaque
        }
        timers {
            throttle {
                spf {
                    delay 50
                }
            }
        }
        distance {
            ospf {
                external 110
            }
        }
        graceful-restart {
            helper {
                enable
                planned-only
            }
        }
        max-metric {
            router-lsa {
                on-startup 30
            }
        }
        summary-address 10.64.0.0/12 {
            tag 7
        }
        area 2 {
            area-type {
                nssa {
                    default-cost 5
                }
            }
            range 10.2.0.0/16 {
                substitute 10.3.0.0/16
            }
            shortcut default
        }
        area 0 {
            area-type {
                normal
            }
            network 10.1.5.0/24
        }
        area 1 {
            area-type {
                stub {
                    no-summary
                }
            }
            network 10.1.8.0/24
        }
        default-information {
            originate {
                always
                metric 10
                metric-type 2
            }
        }
        interface eth1 {
            authentication {
                md5 {
                    key-id 1 {
                        md5-key s3cret
                    }
                }
            }
            cost 10
            dead-interval 4
            hello-interval 1
            network point-to-point
        }
        parameters {
            router-id 10.255.0.1
        }
        redistribute {
            connected {
                metric 5
                route-map KERNEL
            }
        }
    }
    ospfv3 {
        interface eth1 {
            area 0
            network point-to-point
        }
        parameters {
            router-id 10.255.0.1
        }
    }
    pim {
        interface eth1 {
        }
        rp {
            address 10.255.0.9 {
                group 224.0.0.0/4
            }
        }
    }
    bgp {
        neighbor 10.1.5.9 {
            remote-as 65009
        }
        parameters {
            allow-martian-nexthop
            dampening {
                half-life 5
                max-suppress-time 20
                re-use 750
                start-suppress-time 2000
            }
            distance {
                global {
                    external 30
                    internal 190
                    local 190
                }
                prefix 10.7.0.0/16 {
                    distance 40
                }
            }
        }
        system-as 65005
    }
    rip {
        distribute-list {
            interface eth2 {
                prefix-list {
                    in LOOPBACKS
                }
            }
            prefix-list {
                out LOOPBACKS
            }
        }
        network-distance 10.1.8.0/24 {
            distance 100
        }
        interface eth2 {
            split-horizon {
                poison-reverse
            }
        }
        network 10.1.8.0/24
        network eth2
        redistribute {
            static {
                metric 3
            }
        }
        timers {
            update 5
        }
        version 2
    }
    ripng {
        network eth1
    }
    static {
        arp {
            interface eth1 {
                address 10.1.5.77 {
                    mac 02:00:00:00:00:77
                }
            }
        }
        neighbor-proxy {
            arp 10.1.5.99 {
                interface eth1
            }
        }
        route 10.99.0.0/16 {
            blackhole {
                distance 254
            }
        }
        route 10.98.0.0/16 {
            next-hop 10.1.5.9 {
                distance 5
            }
            next-hop 10.1.8.9 {
            }
        }
        route 10.97.0.0/16 {
            interface eth2 {
            }
            reject {
                tag 7
            }
        }
        route6 2001:db8:9::/48 {
            next-hop 2001:db8:5::9 {
                interface eth1
            }
        }
        table 100 {
            route 0.0.0.0/0 {
                next-hop 10.1.5.254 {
                }
            }
        }
    }
}
service {
    router-advert {
        interface eth1 {
            default-lifetime 1800
            default-preference high
            interval {
                max 30
                min 10
            }
            link-mtu 1400
            managed-flag
            name-server 2001:db8:5::53
            other-config-flag
            prefix 2001:db8:5::/64 {
                no-autonomous-flag
                preferred-lifetime infinity
                valid-lifetime infinity
            }
            prefix 2001:db8:6::/64 {
            }
        }
        interface eth2 {
            no-send-advert
        }
    }
}
system {
    ip {
        protocol bgp {
            route-map KERNEL
        }
    }
}
