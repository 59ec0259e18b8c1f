interfaces {
    bonding bond0 {
        address 10.1.5.1/24
        hash-policy layer3+4
        lacp-rate fast
        member {
            interface eth1
            interface eth2
        }
        mode 802.3ad
        mtu 9000
        vif 20 {
            address 10.1.20.1/24
            description "storage"
        }
    }
    bridge br1 {
        address 10.1.6.1/24
        member {
            interface eth4 {
                isolated
            }
            interface vxlan10 {
            }
        }
        stp
    }
    dummy dum1 {
        address 10.255.0.1/32
    }
    ethernet eth1 {
    }
    ethernet eth2 {
    }
    ethernet eth3 {
        address 10.1.10.1/24
        vif-s 100 {
            vif-c 200 {
                address 10.1.30.1/24
            }
        }
    }
    ethernet eth4 {
    }
    loopback lo {
        address 10.255.0.2/32
        address 2001:db8::1/128
    }
    pseudo-ethernet peth0 {
        address 10.1.40.1/24
        mode bridge
        source-interface eth3
    }
    tunnel tun0 {
        address 10.77.0.1/30
        encapsulation gre
        parameters {
            ip {
                key 7
                ttl 255
            }
        }
        remote 10.1.10.2
        source-address 10.1.10.1
    }
    virtual-ethernet veth0 {
        address 10.88.0.1/30
        peer-name veth1
    }
    virtual-ethernet veth1 {
        address 10.88.0.2/30
        peer-name veth0
    }
    vxlan vxlan10 {
        parameters {
            nolearning
        }
        port 4789
        source-interface dum1
        vni 10
    }
}
