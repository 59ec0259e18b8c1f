// Owns the command `completion`: a few lines for each shell that ask labctl itself for the words.

import { LabError } from '../../base/errors.ts';
import type { Call } from '../call.ts';

/** bash splits words at colons, so the words are taken from the line and the part before the colon is cut off again. */
const bash = `_labctl() {
  local line="\${COMP_LINE:0:COMP_POINT}" words current before
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  local IFS=$'\\n'
  COMPREPLY=($(labctl __complete -- "\${words[@]:1}" 2>/dev/null))
  if [[ $current == *:* ]]; then
    before="\${current%"\${current##*:}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
  fi
}
complete -o default -F _labctl labctl
`;

const zsh = `#compdef labctl
_labctl() {
  local -a found
  found=("\${(@f)$(labctl __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a -- found || _files
}
compdef _labctl labctl
`;

const fish = `function __labctl_complete
  set -l words (commandline -opc)
  labctl __complete -- $words[2..-1] (commandline -ct | string collect --allow-empty) 2>/dev/null
end
complete -c labctl -f -a '(__labctl_complete)'
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** `labctl completion bash|zsh|fish`. */
export async function completionCommand(call: Call, [shell = '']: readonly string[]): Promise<number> {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script === undefined)
    throw new LabError('USAGE', `no completion for ${JSON.stringify(shell)}`, { hint: 'bash, zsh or fish' });
  call.streams.stdout.write(script);
  return 0;
}
