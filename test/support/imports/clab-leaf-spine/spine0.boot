set interfaces ethernet eth1 address 10.1.10.2/24
set interfaces ethernet eth2 address 10.1.34.2/24
set protocols bgp system-as 500
set protocols bgp address-family ipv4-unicast network 10.1.10.0/24
set protocols bgp address-family ipv4-unicast network 10.1.34.0/24
set protocols bgp neighbor 10.1.10.1 remote-as 65005
set protocols bgp neighbor 10.1.10.1 address-family ipv4-unicast
set protocols bgp neighbor 10.1.34.1 remote-as 65008
set protocols bgp neighbor 10.1.34.1 address-family ipv4-unicast
