// Owns the proof that no secret leaves in an archive, whatever file it stands in, and that an archive is one that tar reads.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tarGz } from '../../../src/host/archive.ts';
import { removed, withoutSecrets } from '../../../src/report/without-secrets.ts';
import { scratchFolder } from '../../support/scratch.ts';

describe('text without secrets', () => {
  it.each([
    ['FRR', ' neighbor 10.1.5.10 password hunter2\n'],
    ['OSPF in FRR', ' ip ospf message-digest-key 1 md5 hunter2\n'],
    ['BIRD', '  password "hunter2";\n'],
    ['VyOS', 'plaintext-password "hunter2"\n'],
    ['VyOS in set form', "set protocols bgp neighbor 10.1.5.10 password 'hunter2'\n"],
    ['VyOS inside JSON', '{"text":"encrypted-password \\"hunter2\\"\\n"}'],
    ['VyOS wireguard', 'private-key "hunter2"\n'],
    ['YAML', 'spec:\n  password: hunter2\n'],
    ['JSON', '{"token": "hunter2", "name": "a"}'],
    ['an address', 'https://lab:hunter2@registry.example/v2/\n'],
    ["a container's environment", '"Env": ["PATH=/bin", "REGISTRY_TOKEN=hunter2"]'],
    ["a pod's environment", '- name: PROXY_PASSWORD\n  value: hunter2\n'],
    ['a key', '-----BEGIN EC PRIVATE KEY-----\nhunter2\n-----END EC PRIVATE KEY-----\n'],
    ['anywhere, once it is known', 'log: key hunter2. was refused; base64 aHVudGVyMg==\n'],
  ])('has none of %s', (where, text) => {
    const clean = withoutSecrets(text, where.startsWith('anywhere') ? ['hunter2'] : []);

    expect(clean).not.toMatch(/hunter2|aHVudGVyMg/);
    expect(clean).toContain(removed);
  });

  it('is otherwise as it was', () => {
    const text =
      'router bgp 65005\n neighbor 10.1.5.10 remote-as 65005\n encrypted-password "*"\n # the password is elsewhere\n';
    expect(withoutSecrets(text, [''])).toBe(text.replace('password is', `password ${removed}`));
    expect(withoutSecrets('password: <password:bgp/rack0>\n', [])).toBe('password: <password:bgp/rack0>\n');
  });
});

describe('an archive', () => {
  it('is read by tar, long names and empty files too', () => {
    const folder = scratchFolder('labctl-archive-');
    const long = `machines/${'m'.repeat(63)}/${'f'.repeat(80)}.txt`;
    const files = new Map([
      ['lab.yml', 'name: a\n'],
      [long, 'x'.repeat(1500)],
      ['empty.txt', ''],
    ]);
    const bytes = tarGz('labctl-a', new Map([...files].map(([name, text]) => [name, new TextEncoder().encode(text)])));
    writeFileSync(join(folder, 'a.tar.gz'), bytes);

    execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: folder });

    for (const [name, text] of files) expect(readFileSync(join(folder, 'labctl-a', name), 'utf8')).toBe(text);
    expect(() => tarGz('a', new Map([['n'.repeat(300), new Uint8Array()]]))).toThrow(/too long for an archive/);
  });
});
