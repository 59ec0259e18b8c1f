import { describe, expect, it } from 'vitest';
import { graphOf } from '../../../src/report/graph.ts';
import { graphDot } from '../../../src/report/graph-dot.ts';
import { graphMermaid } from '../../../src/report/graph-mermaid.ts';
import { graphSvg } from '../../../src/report/graph-svg.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

describe.each(['bgp-rr', 'fullmesh'])('the picture of %s', (lab) => {
  it('is what it was', async () => {
    const graph = graphOf(await catalogueDesign(lab));

    await expect(graphMermaid(graph)).toMatchFileSnapshot(`golden/${lab}.mmd`);
    await expect(graphDot(graph)).toMatchFileSnapshot(`golden/${lab}.dot`);
    await expect(graphSvg(graph)).toMatchFileSnapshot(`golden/${lab}.svg`);
  });
});

describe('the picture of a lab', () => {
  it('has a box for each router, node and pod, and no wire of the management network beside a fabric', async () => {
    const design = await catalogueDesign('bgp-rr');
    const graph = graphOf(design);

    expect(graph.boxes.map(({ id }) => id)).toEqual([
      ...design.routers.map(({ name }) => name),
      ...design.nodes.map(({ name }) => name),
      ...design.pods.map(({ name }) => name),
    ]);
    expect(graph.wires).toHaveLength(4 + 4 + 4);
    expect(JSON.stringify(graph.wires)).not.toContain('172.18.');
    expect(graph.wires).toContainEqual({
      from: 'spine0',
      to: 'leaf0',
      fromText: 'eth1 10.1.10.2/24',
      toText: 'eth1 10.1.10.1/24',
    });
  });

  it('names no AS of nodes that run no BGP', async () => {
    const { boxes } = graphOf(await catalogueDesign('vxlan'));

    expect(boxes.find(({ id }) => id === 'vxlan-worker')?.facts).toEqual(['10.1.5.11/24']);
    expect(boxes.find(({ id }) => id === 'leaf0')?.facts).toEqual(['AS 65005']);
  });

  it('has a box for each host, on the router port it hangs on', async () => {
    const graph = graphOf(await catalogueDesign('bgp-services'));

    expect(graph.boxes.find(({ id }) => id === 'client')).toMatchObject({ layer: 'outside', facts: ['10.1.9.10/24'] });
    expect(graph.wires).toContainEqual({
      from: 'client',
      to: 'spine0',
      fromText: 'eth1 10.1.9.10/24',
      toText: 'eth3 10.1.9.1/24',
    });
  });

  it('has the flat network as a box where there is no fabric', async () => {
    const graph = graphOf(await catalogueDesign('fullmesh'));
    const network = graph.boxes.find(({ layer }) => layer === 'network');

    expect(network?.facts).toEqual(['172.18.0.0/16', 'gateway 172.18.0.1']);
    expect(graph.wires.filter(({ from }) => from === network?.id)).toHaveLength(3);
  });

  it('draws no two boxes over each other, and all of them inside, even with a hundred nodes', async () => {
    const svg = graphSvg(graphOf(await catalogueDesign('fullmesh:100-nodes')));
    const [, width = '0', height = '0'] = /viewBox="0 0 (\d+(?:\.\d+)?) (\d+)"/.exec(svg) ?? [];
    const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
      ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
    );

    expect(boxes.length).toBeGreaterThan(200);
    for (const [index, [x, y, w, h]] of boxes.entries()) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + w).toBeLessThanOrEqual(Number(width));
      expect(y + h).toBeLessThanOrEqual(Number(height));
      const over = boxes
        .slice(index + 1)
        .find(([x2, y2, w2, h2]) => x < x2 + w2 && x2 < x + w && y < y2 + h2 && y2 < y + h);
      expect(over).toBeUndefined();
    }
  });

  it('escapes what a title may hold', async () => {
    const design = { ...(await catalogueDesign('fullmesh')), title: 'a <b> & "c"' };
    const graph = graphOf(design);

    expect(graphSvg(graph)).toContain('fullmesh: a &lt;b&gt; &amp; &quot;c&quot;');
    expect(graphDot(graph)).toContain('"fullmesh: a <b> & \\"c\\""');
    expect(graphMermaid(graph)).toContain('title: "fullmesh: a <b> & \\"c\\""');
  });
});
