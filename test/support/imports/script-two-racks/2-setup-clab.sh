#!/bin/bash
set -v
brctl addbr br-pool0; ifconfig br-pool0 up
brctl addbr br-pool1; ifconfig br-pool1 up

cat > clab.yaml <<EOC | clab deploy -t clab.yaml -
name: ipip-racks
topology:
  nodes:
    gw0:
      kind: linux
      image: vyos:1.4.9
      cmd: /sbin/init
      binds:
        - /lib/modules:/lib/modules
        - ./startup-conf/gw0-boot.cfg:/opt/vyatta/etc/config/config.boot
    br-pool0:
      kind: bridge
    br-pool1:
      kind: bridge
    server1:
      kind: linux
      image: nettool
      network-mode: container:ipip-racks-control-plane
      exec:
      - ip addr add 10.1.5.10/24 dev net0
      - ip route replace default via 10.1.5.1
    server2:
      kind: linux
      image: nettool
      network-mode: container:ipip-racks-worker
      exec:
      - ip addr add 10.1.5.11/24 dev net0
      - ip route replace default via 10.1.5.1
    server3:
      kind: linux
      image: nettool
      network-mode: container:ipip-racks-worker2
      exec:
      - ip addr add 10.1.8.20/24 dev net0
      - ip route replace default via 10.1.8.1
  links:
    - endpoints: ["br-pool0:br-pool0-net0", "server1:net0"]
      mtu: 1500
    - endpoints: ["br-pool0:br-pool0-net1", "server2:net0"]
      mtu: 1500
    - endpoints: ["br-pool1:br-pool1-net0", "server3:net0"]
      mtu: 1500
    - endpoints: ["gw0:eth1", "br-pool0:br-pool0-net2"]
      mtu: 1500
    - endpoints: ["gw0:eth2", "br-pool1:br-pool1-net1"]
      mtu: 1500
EOC
