// Owns the command line: the program, its help, and the list of all verbs.

import { Command, Help } from 'commander';
import { addGlobalFlags, type Door } from './verb.ts';
import { addCalicoctlVerbs } from './verbs-calicoctl.ts';
import { addImageVerbs } from './verbs-images.ts';
import { addLabVerbs } from './verbs-lab.ts';
import { addLiveVerbs } from './verbs-live.ts';
import { addNetemVerbs } from './verbs-netem.ts';
import { addOfflineVerbs } from './verbs-offline.ts';
import { addOwnVerbs } from './verbs-own.ts';

const afterVerbs = `
Flags of every verb:
  --engine <name>       what runs the lab: netns, or kind with containerlab
  --lab <name>          which running lab, when there are several
  -o, --format <form>   what is printed on stdout: table or json
  -v, --verbose         say more (may be repeated)
  -q, --quiet           say nothing on stderr but errors
  -y, --yes             answer every question with yes
  --no-color            no colors
  -h, --help            explain a verb; --version prints the version

Exit codes:
    0  done
    1  failed: a check or an operation
    2  wrong command line or lab file
    3  nothing to check
    4  this machine lacks something (labctl doctor)
    5  not converged within --timeout
    6  another labctl works on this lab, or the running lab is too different
  130  interrupted (SIGINT), 143 terminated (SIGTERM)
  exec and shell return the command's own code; 125 to 127 are labctl's own failures there.

Environment:
  Every flag can be given as LABCTL_<VERB>_<FLAG> (LABCTL_UP_TIMEOUT=90s), global ones as LABCTL_<FLAG>; the flag wins.
  LABCTL_HOME is the state folder, LABCTL_CACHE the folder of unpacked programs, LABCTL_CONFIG the file of your own
  settings (~/.config/labctl/config.yml). NO_COLOR and FORCE_COLOR are honored.

Examples:
  $ labctl up bgp-rr
  $ labctl capture pod-a pod-b`;

/** The whole program. Wrong use throws CommanderError after its message was written to stderr. */
export function buildProgram(door: Door): Command {
  const program = new Command('labctl');
  program
    .description('Kubernetes networking labs: a leaf/spine fabric and a Calico cluster in seconds, without containers')
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => door.streams.stdout.write(text),
      writeErr: (text) => door.streams.stderr.write(text),
      getOutHelpWidth: () => 110,
      getErrHelpWidth: () => 110,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      outputError: (text, write) => write(text),
    })
    .version(door.context.version, '--version', 'print the version')
    .addHelpCommand(new Command('help').argument('[verb]').description('explain a verb').helpGroup('This machine:'))
    .configureHelp({
      subcommandTerm: termOf,
      visibleOptions(command) {
        return command.parent === null ? [] : Help.prototype.visibleOptions.call(this, command);
      },
    })
    .usage('<verb> [flags]')
    .addHelpText('after', afterVerbs);
  addGlobalFlags(program);
  addLabVerbs(program, door);
  addLiveVerbs(program, door);
  addOfflineVerbs(program, door);
  addNetemVerbs(program, door);
  addCalicoctlVerbs(program, door);
  addImageVerbs(program, door);
  addOwnVerbs(program, door);
  for (const command of allOf(program)) {
    if (command === program) continue;
    const words = [...ancestorsOf(command), command.name()].join(' ');
    command.showHelpAfterError(`See: ${words} --help`);
  }
  program.showHelpAfterError('See: labctl --help');
  return program;
}

function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap((child) => allOf(child))];
}

function ancestorsOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...ancestorsOf(command.parent), command.parent.name()];
}

/** `up, deploy [lab]`: a verb, its aliases and its arguments; that there are flags goes without saying. */
function termOf(command: Command): string {
  const names = [command.name(), ...command.aliases()].join(', ');
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [names, ...args].join(' ');
}
