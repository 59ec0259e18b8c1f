#!/usr/bin/env node
// Starts labctl (dist/main.cjs once built): its one file, with what V8 kept of it when it was built. Another node's V8 refuses
// that and compiles anew, which costs a command about 0.05 s and nothing else.
'use strict';

const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

/** The compiled file, and how to run it with the arguments of this process; `filename` is where it believes to stand. */
function compiled(filename = `${__dirname}/labctl.source`) {
  const script = new Script(readFileSync(`${__dirname}/labctl.source`, 'latin1'), {
    filename,
    cachedData: kept(`${__dirname}/labctl.code`),
  });
  const load = (name) => import(name);
  return { script, run: () => script.runInThisContext()(require, load, pathToFileURL(filename).href) };
}

function kept(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined; // while it is being made
  }
}

if (require.main === module) compiled().run();
else module.exports = { compiled };
