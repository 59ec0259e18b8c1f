// Owns the names of ports in filters: of IANA's service names those that people type, with no file of the machine asked.

const names: Readonly<Record<string, number>> = {
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  ntp: 123,
  snmp: 161,
  'snmp-trap': 162,
  bgp: 179,
  ldap: 389,
  https: 443,
  isakmp: 500,
  syslog: 514,
  ldaps: 636,
  nfs: 2049,
  mysql: 3306,
  'bfd-control': 3784,
  vxlan: 4789,
  postgresql: 5432,
  geneve: 6081,
  'http-alt': 8080,
};

/** The first and the last port of `80`, `8000-8080`, `domain`; undefined for what is none. */
export function portsNamed(text: string): readonly [number, number] | undefined {
  const named = names[text];
  if (named !== undefined) return [named, named];
  const [, low = '', high = low] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (low === '' || Number(high) > 65_535 || Number(low) > Number(high)) return undefined;
  return [Number(low), Number(high)];
}
