// Owns a picture as one HTML file: the drawing, a slider, the tables. It refers to nothing outside of itself.

import { createHash } from 'node:crypto';
import { escaped } from '../markup.ts';
import { pictureScript } from './script.ts';
import { pictureStyle } from './style.ts';
import { type Drawing, drawPicture } from './svg.ts';
import type { PictureTopology } from './topology.ts';
import type { PictureStop, PictureWay } from './way.ts';

/** What a page shows. */
export interface Picture {
  readonly title: string;
  readonly subtitle: string;
  readonly verdict: { readonly text: string; readonly kind: 'good' | 'bad' | 'none' };
  readonly topology: PictureTopology;
  readonly ways: readonly PictureWay[];
  /** Sentences under the tables. */
  readonly told: readonly string[];
}

/** A browser runs this one script and none else, whatever a name may hold, and loads nothing. */
const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest(pictureScript)}'`;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** The whole page. Without scripts, and on paper, it shows the whole way. */
export function picturePage({ title, subtitle, verdict, topology, ways, told }: Picture): string {
  const drawing = drawPicture(topology, ways, `${title}: ${verdict.text}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="labctl">
<title>${escaped(title)}</title>
<style>${pictureStyle}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(title)}</h1>
<p>${escaped(subtitle)}</p>
<p class="verdict ${verdict.kind}">${escaped(verdict.text)}</p>
</header>
<section class="picture" aria-label="The way in the topology">
${drawing.svg}
${legend(topology, ways)}
<div class="control">
<button id="play" type="button">Play</button>
<input id="step" type="range" min="0" max="${drawing.spots.length}" value="0" aria-label="Step of the packet's way">
<output id="place" for="step">0 of ${drawing.spots.length}</output>
</div>
<p class="said" id="said" aria-live="polite">the whole way</p>
${headersOfAll(ways)}
</section>
<section class="tables" aria-label="The same as tables">
${tables(ways, drawing)}
<ul class="told">
${told.map((line) => `<li>${escaped(line)}</li>`).join('\n')}
</ul>
</section>
</main>
<script>${pictureScript}</script>
</body>
</html>
`;
}

function legend({ ports, wires }: PictureTopology, ways: readonly PictureWay[]): string {
  const entries: [string, string][] = [];
  for (const kind of ['request', 'reply', 'error'] as const)
    if (ways.some((way) => way.kind === kind)) entries.push([`line ${kind}`, kind]);
  if (wires.length > 0 && ports.some(({ state }) => state === 'expected'))
    entries.push(['wire expected', 'a route leads here, no packet came']);
  if (ports.some(({ state }) => state === 'down')) entries.push(['wire down', 'down']);
  const items = entries.map(
    ([look, text]) =>
      `<li><svg viewBox="0 0 30 10" aria-hidden="true"><path class="${look}" d="M1 5L29 5"/></svg>${text}</li>`,
  );
  return `<ul class="legend">\n${items.join('\n')}\n</ul>`;
}

/** The headers of the packet at each step, the outermost first; the script shows one list of them. */
function headersOfAll(ways: readonly PictureWay[]): string {
  return ways
    .flatMap(({ stops }) => stops)
    .map(({ headers }, place) => headersOf(headers, place + 1))
    .join('\n');
}

function headersOf(headers: PictureStop['headers'], step: number): string {
  const items = headers.map(
    ({ layer, name, text }) => `<li class="${layer}"><b>${escaped(name)}</b><span>${escaped(text)}</span></li>`,
  );
  return `<ol class="headers" data-step="${step}" hidden>${items.join('')}</ol>`;
}

function tables(ways: readonly PictureWay[], { spots }: Drawing): string {
  let step = 0;
  return ways
    .map(({ kind, title, headings, rows, stops }, way) => {
      const head = headings.map((heading) => `<th scope="col">${escaped(heading)}</th>`).join('');
      const body = rows.map((cells, place) => {
        const spot = spots[step++];
        const stop = stops[place];
        const where = spot === undefined ? '' : ` data-x="${spot.x}" data-y="${spot.y}"`;
        const at = `data-at="${escaped(stop?.at.box ?? '')}" data-on="${escaped(`${stop?.at.box} ${stop?.at.port}`)}"`;
        const said = escaped(saidOf(kind, headings, cells));
        const columns = cells.map((cell) => `<td>${escaped(cell)}</td>`).join('');
        return `<tr data-step="${step}" data-way="${way}" data-kind="${kind}" ${at}${where} data-said="${said}">${columns}</tr>`;
      });
      const look = rows.some(([, , wrapping]) => wrapping !== 'plain') ? ' class="wrapped"' : '';
      return `<div class="scroll"><table${look}><caption class="${kind}">${escaped(title)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
    })
    .join('\n');
}

/** A line of a table as a sentence: `request at leaf0:eth1: direction out, encapsulation plain, TTL 62`. */
function saidOf(kind: PictureWay['kind'], headings: readonly string[], cells: readonly string[]): string {
  const facts = cells.slice(1, 4).map((cell, place) => {
    const heading = headings[place + 1] ?? '';
    return `${heading === 'TTL' ? heading : heading.toLowerCase()} ${cell}`;
  });
  const note = headings.at(-1) === 'NOTE' ? cells.at(-1) : '';
  return [`${kind} at ${cells[0]}: ${facts.join(', ')}`, note].filter((text) => text !== '').join('; ');
}
