// Owns what a picture's page does: the slider, a click on a line of a table, or the page's fragment moves the packet.

/** The page's only script. It changes classes and attributes of what is there, and makes nothing of any text. */
export const pictureScript = `
'use strict';
const all = (selector) => [...document.querySelectorAll(selector)];
const slider = document.getElementById('step');
const play = document.getElementById('play');
const packet = document.getElementById('packet');
const rows = all('tr[data-step]');
const show = (step) => {
  const row = rows[step - 1];
  slider.value = step;
  const said = row === undefined ? 'the whole way' : row.dataset.said;
  slider.setAttribute('aria-valuetext', said);
  document.getElementById('said').textContent = said;
  document.getElementById('place').textContent = step + ' of ' + rows.length;
  for (const other of rows) other.removeAttribute('aria-current');
  for (const list of all('.headers')) list.hidden = list.dataset.step !== String(step);
  for (const line of all('.line[data-step]'))
    line.classList.toggle('later', row !== undefined && (line.dataset.way !== row.dataset.way || Number(line.dataset.step) > step));
  for (const loss of all('.loss')) loss.classList.toggle('later', row !== undefined && loss.dataset.way !== row.dataset.way);
  for (const box of all('[data-box]')) box.classList.toggle('here', row !== undefined && box.dataset.box === row.dataset.at);
  for (const port of all('[data-port]')) port.classList.toggle('here', row !== undefined && port.dataset.port === row.dataset.on);
  packet.setAttribute('class', 'packet');
  if (row === undefined) return;
  row.setAttribute('aria-current', 'step');
  // Only where the drawing stands beside the tables, and stays.
  if (matchMedia('(min-width: 1181px)').matches) row.scrollIntoView({ block: 'nearest' });
  if (row.dataset.x === undefined) return;
  packet.setAttribute('class', 'packet shown ' + row.dataset.kind);
  packet.style.transform = 'translate(' + row.dataset.x + 'px,' + row.dataset.y + 'px)';
};
const fromFragment = () => {
  const step = Number(location.hash.slice(1));
  show(Number.isInteger(step) && step > 0 && step <= rows.length ? step : 0);
};
slider.addEventListener('input', () => { stop(); show(Number(slider.value)); });
for (const row of rows) row.addEventListener('click', () => { stop(); show(Number(row.dataset.step)); });
addEventListener('hashchange', fromFragment);
let isPlaying = false;
let since;
const stop = () => { isPlaying = false; play.textContent = 'Play'; };
const tick = (now) => {
  if (!isPlaying) return;
  since ??= now;
  if (now - since >= 700) {
    since = now;
    if (Number(slider.value) === rows.length) return stop();
    show(Number(slider.value) + 1);
  }
  requestAnimationFrame(tick);
};
play.addEventListener('click', () => {
  if (isPlaying) return stop();
  isPlaying = true;
  since = undefined;
  play.textContent = 'Pause';
  if (Number(slider.value) === rows.length) show(0);
  requestAnimationFrame(tick);
});
fromFragment();
`;
