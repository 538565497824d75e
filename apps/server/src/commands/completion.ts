// Scripts with which shells complete the command line. They contain all words, so that completing starts no process.
import type { CommandUnknownOpts } from '@commander-js/extra-typings';

/** The words that can follow a command, by the words of the command without `claviger`. */
type Words = readonly (readonly [path: string, words: readonly string[]])[];

const wordsBelow = (command: CommandUnknownOpts, path: string): Words => {
  const options = command.options.flatMap(({ long }) => (long ? [long] : []));
  const children = command.commands.map((child) => child.name());
  const below = command.commands.flatMap((child) => wordsBelow(child, `${path} ${child.name()}`.trim()));
  return [[path, [...children, ...options, '--help']], ...below];
};

/** The longest known command at the start of the line decides which words are offered. */
const bash = (words: Words): string => `# bash completion for claviger: source <(claviger completion bash)
_claviger() {
  local path="" word next
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
      ${words.flatMap(([path]) => (path === '' ? [] : [`"${path}"`])).join(' | ')}) path="$next" ;;
      *) break ;;
    esac
  done
  case "$path" in
${words.map(([path, next]) => `    "${path}") COMPREPLY=($(compgen -W "${next.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`).join('\n')}
  esac
}
complete -o default -F _claviger claviger
`;

const zsh = (words: Words): string => `#compdef claviger
# zsh completion for claviger: source <(claviger completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(words)}`;

const fish = (words: Words): string => {
  const lines = words.flatMap(([path, next]) => {
    const depth = path === '' ? 0 : path.split(' ').length;
    const condition = `test (string join ' ' (commandline -opc)[2..${depth + 1}]) = '${path}'`;
    const isHere = depth === 0 ? 'test (count (commandline -opc)) -eq 1' : condition;
    return [`complete -c claviger -f -n "${isHere}" -a '${next.join(' ')}'`];
  });
  return `# fish completion for claviger: claviger completion fish | source\n${lines.join('\n')}\n`;
};

const shells = { bash, zsh, fish } as const;

export type Shell = keyof typeof shells;

export const shellNames = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];

export const completionScript = (shell: Shell, program: CommandUnknownOpts): string =>
  shells[shell](wordsBelow(program, ''));
