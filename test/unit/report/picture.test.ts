// Owns the proof that a capture's page works in a real browser: nothing is loaded, no text becomes markup, and the slider
// moves the packet in the drawing and the line of the table together.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/app/analyze.ts';
import { capturedPath } from '../../../src/evidence/captured-path.ts';
import { captureHtml } from '../../../src/report/capture-html.ts';
import { hasBrowser, openPage, type Page } from '../../support/browser.ts';
import { captureOf, design, reportOf } from '../../support/made-captures.ts';
import * as p from '../../support/packets.ts';
import { scratchFolder } from '../../support/scratch.ts';

const folder = scratchFolder('labctl-picture-');
const withBrowser = hasBrowser();

async function inBrowser(name: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await openPage(join(folder, name));
  try {
    await work(page);
    expect(page.said).toEqual([]);
    expect(page.requested).toHaveLength(1);
  } finally {
    await page.close();
  }
}

/** The point of the line that is highlighted, the label that is, and where the packet is drawn. */
const shown = `(() => {
  const row = document.querySelector('tr[aria-current]');
  const port = document.querySelector('.port.here');
  const packet = document.getElementById('packet').getAttribute('class');
  return [row?.cells[0].textContent, port?.querySelector('text').textContent, packet];
})()`;

describe('the page of a capture', () => {
  it.skipIf(!withBrowser)('moves the packet, its headers and the line of the table with the slider', async () => {
    writeFileSync(join(folder, 'found.html'), captureHtml(design, reportOf(captureOf(6, 6))));

    await inBrowser('found.html', async (page) => {
      expect(await page.value(shown)).toEqual([null, null, 'packet']);
      await page.value('slider.focus()');
      for (let step = 0; step < 3; step++) await page.press('ArrowRight');
      expect(await page.value(shown)).toEqual(['control-plane:eth0', 'eth0', 'packet shown request']);
      expect(await page.value('document.querySelectorAll(".headers:not([hidden])").length')).toBe(1);
      expect(await page.value('said.textContent')).toContain('control-plane:eth0: direction out');
      expect(await page.value('slider.getAttribute("aria-valuetext")')).toContain('control-plane:eth0');
      await page.press('End');
      expect(await page.value(shown)).toEqual(['pod-a:eth0', 'eth0', 'packet shown reply']);
      await page.value('document.querySelector("tr[data-step=\\"2\\"]").click()');
      expect(await page.value('slider.value')).toBe('2');
      await page.screenshot(join(folder, 'found.png'));
    });
  });

  it.skipIf(!withBrowser)('marks where a packet was lost', async () => {
    const evidence = captureOf(4, 0);
    writeFileSync(join(folder, 'lost.html'), captureHtml(design, reportOf(evidence, 'worker2 has no route')));
    const { lastSeen } = capturedPath(evidence);

    await inBrowser('lost.html', async (page) => {
      expect(await page.value('document.querySelectorAll("svg .loss").length')).toBe(1);
      expect(await page.value('document.querySelector(".verdict.bad").textContent')).toContain(lastSeen!.point.name);
      expect(await page.value('document.querySelectorAll(".port.expected").length')).toBe(2);
    });
  });

  it.skipIf(!withBrowser)('shows names of files as text, whatever they hold', async () => {
    const evil = `"><script>alert(1)</script><img src onerror>&'`;
    const echo = p.ipv4(1, { from: '10.244.1.2', to: '10.244.2.3', id: 9 }, p.echo(8, 7, 1));
    const files = [0, 1].map((place) => {
      const path = join(folder, `${place}.pcap`);
      writeFileSync(path, p.pcapFile([{ bytes: p.eth(0x0800, echo), time: 5e9 + place }]));
      return path;
    });
    const points = files.map((path, place) => `${evil}${place}=${path}`);
    await analyze({ cwd: folder, signal: new AbortController().signal }, { files: [], points, html: 'evil.html' });

    await inBrowser('evil.html', async (page) => {
      expect(await page.value('document.querySelectorAll("img, script:not(:last-of-type)").length')).toBe(0);
      expect(await page.value('document.querySelector("tbody td").textContent')).toBe(`${evil}0`);
      await page.value('slider.focus()');
      await page.press('ArrowRight');
      expect(await page.value('document.getElementById("said").textContent')).toContain(evil);
    });
  });
});
