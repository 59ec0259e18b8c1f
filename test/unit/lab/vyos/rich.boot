interfaces {
    dummy dum0 {
        address 192.0.2.1/32
        address 198.51.100.1/24
    }
    ethernet eth0 {
        address dhcp
        description "management"
    }
    ethernet eth1 {
        address 10.1.10.1/24
        mtu 1500
        hw-id 52:54:00:00:00:01
    }
    ethernet eth2 {
        address "10.1.12.1/24"
    }
    ethernet eth3 {
        address 10.1.5.1/24
    }
    loopback lo {
        address 10.255.0.1/32
    }
}
nat {
    source {
        rule 90 {
            destination {
                address 10.0.0.0/8
            }
            exclude
            outbound-interface {
                name eth0
            }
        }
        rule 100 {
            outbound-interface {
                name eth0
            }
            protocol tcp
            source {
                address "!172.20.20.0/24"
            }
            translation {
                address masquerade
            }
        }
    }
}
/* lists and maps that BGP names below */
policy {
    as-path-list UPSTREAM {
        rule 10 {
            action permit
            regex "^500_"
        }
    }
    community-list RACKS {
        rule 10 {
            action permit
            regex "65005:.*"
        }
    }
    large-community-list LARGE {
        rule 10 {
            action permit
            regex "65005:1:.*"
        }
    }
    access-list 10 {
        rule 10 {
            action permit
            source {
                inverse-mask 0.0.0.255
                network 10.1.5.0
            }
        }
    }
    prefix-list FABRIC {
        rule 10 {
            action permit
            le 24
            prefix 10.1.0.0/16
        }
        rule 20 {
            action deny
            prefix 0.0.0.0/0
        }
    }
    prefix-list6 FABRIC6 {
        rule 10 {
            action permit
            ge 48
            le 64
            prefix 2001:db8::/32
        }
    }
    route-map TO-SPINE {
        description "what spines are told"
        rule 10 {
            action permit
            match {
                as-path UPSTREAM
                community {
                    community-list RACKS
                    exact-match
                }
                ip {
                    address {
                        prefix-list FABRIC
                    }
                }
            }
            on-match {
                next
            }
            set {
                as-path {
                    prepend "65005 65005"
                }
                community {
                    add 65005:100
                    add no-export
                }
                ip-next-hop 10.1.10.1
                large-community {
                    replace 65005:1:2
                }
                local-preference 200
                metric +10
                origin igp
                weight 50
            }
        }
        rule 20 {
            action deny
        }
    }
}
protocols {
    bfd {
        peer 10.1.10.2 {
            interval {
                multiplier 3
                receive 300
                transmit 300
            }
            source {
                address 10.1.10.1
            }
        }
        profile fast {
            interval {
                transmit 100
            }
        }
    }
    bgp {
        address-family {
            ipv4-unicast {
                aggregate-address 10.1.0.0/16 {
                    summary-only
                }
                distance {
                    external 30
                    internal 150
                    local 160
                }
                maximum-paths {
                    ebgp 4
                    ibgp 2
                }
                network 10.1.5.0/24 {
                }
                network 10.1.10.0/24 {
                    route-map TO-SPINE
                }
                redistribute {
                    connected {
                        metric 5
                        route-map TO-SPINE
                    }
                    static {
                    }
                    ospf
                }
            }
            ipv6-unicast {
                network 2001:db8:5::/64 {
                }
            }
            l2vpn-evpn {
                advertise-all-vni
            }
        }
        listen {
            limit 50
            range 10.1.5.0/24 {
                peer-group NODES
            }
        }
        neighbor 10.1.10.2 {
            address-family {
                ipv4-unicast {
                    allowas-in {
                        number 2
                    }
                    default-originate {
                        route-map TO-SPINE
                    }
                    filter-list {
                        import UPSTREAM
                    }
                    maximum-prefix 100
                    prefix-list {
                        import FABRIC
                    }
                    remove-private-as
                    route-map {
                        export TO-SPINE
                    }
                    soft-reconfiguration {
                        inbound
                    }
                    weight 10
                }
            }
            bfd {
                profile fast
            }
            description "spine 0; a quoted \"name\""
            ebgp-multihop 2
            remote-as 500
            timers {
                connect 5
                holdtime 9
                keepalive 3
            }
            update-source 10.1.10.1
        }
        neighbor 10.1.12.2 {
            peer-group SPINES
        }
        neighbor eth3 {
            interface {
                v6only {
                    remote-as external
                }
            }
            address-family {
                ipv4-unicast {
                }
                ipv6-unicast {
                }
            }
        }
        parameters {
            bestpath {
                as-path {
                    multipath-relax
                }
                compare-routerid
            }
            cluster-id 10.255.0.1
            default {
                local-pref 150
            }
            graceful-restart {
                stalepath-time 120
            }
            log-neighbor-changes
            no-fast-external-failover
            router-id 10.255.0.1
        }
        peer-group NODES {
            address-family {
                ipv4-unicast {
                    nexthop-self {
                        force
                    }
                    route-reflector-client
                }
            }
            passive
            remote-as 65005
        }
        peer-group SPINES {
            address-family {
                ipv4-unicast {
                    as-override
                }
            }
            remote-as external
        }
        system-as 65005
        timers {
            holdtime 30
            keepalive 10
        }
    }
    ospf {
        area 0 {
            area-type {
                normal
            }
            network 10.1.10.0/24
        }
        area 1 {
            area-type {
                stub {
                    no-summary
                }
            }
        }
        default-information {
            originate {
                always
                metric 10
            }
        }
        interface eth2 {
            area 1
            cost 20
            dead-interval 4
            hello-interval 1
            network point-to-point
            passive {
                disable
            }
        }
        log-adjacency-changes {
            detail
        }
        parameters {
            router-id 10.255.0.1
        }
        redistribute {
            connected {
                metric-type 1
            }
        }
    }
    static {
        route 0.0.0.0/0 {
            dhcp-interface eth0
        }
        route 10.99.0.0/16 {
            blackhole {
                distance 250
            }
            next-hop 10.1.10.2 {
                distance 10
            }
        }
        route 10.98.0.0/16 {
            interface eth1 {
            }
        }
        route6 2001:db8:99::/48 {
            blackhole {
            }
        }
    }
}
service {
    ntp {
        server time1.vyos.net {
        }
    }
    ssh {
        port 22
    }
}
system {
    host-name leaf0
    login {
        user vyos {
            authentication {
                encrypted-password "$6$rounds=656000$abc/def#ghi$jkl"
            }
        }
    }
    syslog {
        global {
            facility all {
                level info
            }
        }
    }
}


// Warning: Do not remove the following line.
// vyos-config-version: "bgp@5:broadcast-relay@1:config-management@1:nat@8:quagga@11:system@27"
// Release version: 1.5-rolling-202401010026
