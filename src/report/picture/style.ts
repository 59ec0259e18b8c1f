// Owns how a picture's page looks: by day and by night, on a wide and on a narrow screen, and on paper.

/** The page's style sheet. */
export const pictureStyle = `
:root { color-scheme: light dark;
  --page: #f6f7f9; --sheet: #ffffff; --ink: #16202e; --soft: #556273; --rule: #dbe0e7; --fill: #f1f4f8;
  --request: #1f6feb; --reply: #c2570c; --error: #cf222e; --good: #1a7f37; --here: #fff3c4;
  --spine: #e7efff; --leaf: #ecebff; --node: #e3f5ea; --pod: #fdf1da; --outside: #eef1f4; --file: #eef1f4; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0e131a; --sheet: #161c25; --ink: #e8edf4; --soft: #9aa7b8; --rule: #2c3644; --fill: #1e2632;
  --request: #6cb0ff; --reply: #ff9d57; --error: #ff7b72; --good: #56d364; --here: #4a3c0c;
  --spine: #1b2a45; --leaf: #26244a; --node: #17352a; --pod: #3d2f14; --outside: #242c37; --file: #242c37; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 ui-sans-serif, system-ui, sans-serif; }
main { max-width: 1800px; margin: 0 auto; padding: 24px; display: grid; gap: 20px;
  grid-template: "head head" auto "picture tables" 1fr / minmax(0, 1fr) minmax(0, 54rem); }
header { grid-area: head; }
h1 { font-size: 24px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
header p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.verdict { display: inline-block; margin: 10px 0 0; padding: 3px 12px; border-radius: 14px; font-weight: 600;
  color: var(--sheet); background: var(--soft); overflow-wrap: anywhere; }
.verdict.good { background: var(--good); }
.verdict.bad { background: var(--error); }
section { background: var(--sheet); border: 1px solid var(--rule); border-radius: 12px; padding: 16px; min-width: 0; }
.picture { grid-area: picture; align-self: start; position: sticky; top: 12px; }
.tables { grid-area: tables; }
svg { display: block; width: 100%; height: auto; max-height: max(58vh, 360px); margin: 0 auto; }
svg text { text-anchor: middle; fill: var(--ink); paint-order: stroke; stroke-linejoin: round; }
.box { fill: var(--fill); stroke-width: 1.5; }
.box.spine { fill: var(--spine); } .box.leaf { fill: var(--leaf); } .box.node { fill: var(--node); }
.box.pod { fill: var(--pod); } .box.outside { fill: var(--outside); }
.name { font-size: 14px; font-weight: 650; } .fact { font-size: 11px; }
svg .fact { fill: var(--soft); }
svg .name, svg .fact { stroke: var(--fill); stroke-width: 4px; }
svg .spine { stroke: var(--spine); } svg .leaf { stroke: var(--leaf); } svg .node { stroke: var(--node); }
svg .pod { stroke: var(--pod); } svg .outside { stroke: var(--outside); }
svg .box { stroke: var(--rule); } svg .box.here { stroke: var(--ink); stroke-width: 2.5; }
.wire { fill: none; stroke: var(--soft); stroke-opacity: .45; stroke-width: 1.5; }
.wire.expected { stroke-dasharray: 5 5; stroke-opacity: .9; }
.wire.down { stroke: var(--error); stroke-dasharray: 2 5; stroke-opacity: 1; stroke-width: 2; }
.port rect { fill: var(--sheet); stroke: var(--soft); stroke-width: 1; }
.port text { font: 10px ui-monospace, monospace; fill: var(--ink); }
.port.beside { opacity: .55; } .port.expected rect { stroke-dasharray: 3 2; }
.port.down rect { stroke: var(--error); } .port.down text { fill: var(--error); text-decoration: line-through; }
.port.seen rect { stroke: var(--ink); stroke-width: 1.25; }
.port.here rect { fill: var(--ink); stroke: var(--ink); } .port.here text { fill: var(--sheet); }
.line { fill: none; stroke-width: 3; stroke-linecap: round; }
.line.request { stroke: var(--request); } .line.reply { stroke: var(--reply); stroke-dasharray: 8 5; }
.line.error { stroke: var(--error); stroke-dasharray: 2 5; }
.line.later { stroke-opacity: .16; }
.loss circle { fill: var(--sheet); stroke: var(--error); stroke-width: 2; }
.loss path { stroke: var(--error); stroke-width: 3.5; stroke-linecap: round; }
.loss.later { opacity: .2; }
.packet { fill: var(--ink); stroke: var(--sheet); stroke-width: 2.5; visibility: hidden; transition: transform .18s ease-out; }
.packet.request { fill: var(--request); } .packet.reply { fill: var(--reply); } .packet.error { fill: var(--error); }
.packet.shown { visibility: visible; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; list-style: none;
  font-size: 13px; color: var(--soft); }
.legend svg { display: inline-block; width: 30px; height: 10px; margin: 0 6px 0 0; vertical-align: middle; }
.control { display: grid; grid-template-columns: auto 1fr auto; gap: 12px; align-items: center; margin-top: 14px; }
.control input { width: 100%; accent-color: var(--request); }
button { font: inherit; color: inherit; background: var(--fill); border: 1px solid var(--rule); border-radius: 8px;
  padding: 3px 12px; cursor: pointer; }
.said { min-height: 1.5em; margin: 8px 0 0; font-weight: 600; overflow-wrap: anywhere; }
.headers { display: flex; flex-wrap: wrap; gap: 4px; margin: 8px 0 0; padding: 0; list-style: none; }
.headers[hidden] { display: none; }
.headers li { padding: 5px 10px; border-radius: 6px; border: 1px solid var(--rule); background: var(--fill); font-size: 13px; }
.headers b { display: block; font-size: 11px; letter-spacing: .02em; color: var(--soft); }
.headers .tunnel { background: var(--leaf); } .headers .ip { background: var(--spine); }
.headers .payload { background: var(--pod); }
.headers span, td { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin-bottom: 18px; }
table { border-collapse: collapse; width: 100%; font-size: 12px; }
caption { text-align: left; font-weight: 650; font-size: 14px; padding: 0 0 6px; overflow-wrap: anywhere; }
caption.request { color: var(--request); } caption.reply { color: var(--reply); } caption.error { color: var(--error); }
th { text-align: left; font-size: 11px; font-weight: 600; color: var(--soft); }
th, td { padding: 3px 8px 3px 4px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
.wrapped td:nth-child(3) { white-space: normal; min-width: 15em; }
td:nth-child(9) { white-space: normal; min-width: 14em; }
tbody tr { cursor: pointer; }
tbody tr:hover { background: var(--fill); }
tr[aria-current] td { background: var(--here); }
.told { margin: 0; padding: 0 0 0 1.1em; color: var(--soft); font-size: 14px; overflow-wrap: anywhere; }
:focus-visible { outline: 2.5px solid var(--request); outline-offset: 2px; }
@media (max-width: 1180px) { main { grid-template: "head" auto "picture" auto "tables" auto / minmax(0, 1fr); padding: 14px; }
  .picture { position: static; } }
@media (prefers-reduced-motion: reduce) { .packet { transition: none; } }
@media print { :root { color-scheme: light; --page: #fff; --sheet: #fff; --ink: #000; --soft: #333; --rule: #999; --fill: #fff;
    --request: #0b4fb3; --reply: #9a3f00; --error: #a40e1b; --good: #116329; --here: #fff;
    --spine: #fff; --leaf: #fff; --node: #fff; --pod: #fff; --outside: #fff; }
  @page { margin: 12mm; }
  body { font-size: 10pt; } main { display: block; padding: 0; max-width: none; }
  section { border: 0; padding: 0; margin: 10px 0; } .picture { position: static; }
  svg { max-height: 120mm; } .control, .said, .headers, .packet { display: none; }
  .line.later { stroke-opacity: 1; } .loss.later { opacity: 1; } svg .box.here { stroke: var(--rule); stroke-width: 1.5; }
  .port.here rect { fill: var(--sheet); } .port.here text { fill: var(--ink); }
  .verdict { color: #000; background: none !important; border: 1.5px solid; }
  tr { break-inside: avoid; } thead { display: table-header-group; } .scroll { overflow: visible; }
  td { font-size: 7.5pt; white-space: normal; min-width: 0 !important; } }
`;
