#!/bin/sh
kind create cluster --name flat --config - <<EOK
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking: {disableDefaultCNI: true, podSubnet: 10.200.0.0/16}
nodes: [{role: control-plane}, {role: worker}, {role: worker}]
EOK
kubectl apply -f https://raw.githubusercontent.com/projectcalico/calico/v3.29.1/manifests/calico-vxlan.yaml
kubectl label nodes flat-worker disk=ssd
cat <<EOP | calicoctl apply -f -
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 10.200.0.0/16, blockSize: 24, natOutgoing: true, vxlanMode: CrossSubnet, ipipMode: Never, nodeSelector: all()}
EOP
