import { Argument, type Command, type Option } from 'commander';
import { pathOf } from '../examples.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export interface Completed {
  /** `audit reader` */
  path: string;
  commands: { name: string; says: string }[];
  options: { flag: string; says: string }[];
}

const flagOf = ({ long, short, description }: Option) => ({ flag: long ?? short ?? '', says: description });

/** Every place at which something can be completed, with what can stand there. */
export function completedOf(command: Command, common: readonly Option[] = command.options): Completed[] {
  return [
    {
      path: pathOf(command),
      commands: command.commands.map((each) => ({ name: each.name(), says: each.description() })),
      options: [...new Set([...command.options, ...common])].map(flagOf),
    },
    ...command.commands.flatMap((each) => completedOf(each, common)),
  ];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Bash and zsh share one function: the words before the cursor that name commands lead to what may follow. */
function forBash(places: readonly Completed[]): string {
  const cases = places.map(({ path, commands, options }) => {
    const words = [...commands.map(({ name }) => name), ...options.map(({ flag }) => flag)].join(' ');
    return `    ${quoted(path)}) words=${quoted(words)} ;;`;
  });
  const known = places.map(({ path }) => path).filter(Boolean);
  return `_tidewaiter() {
  local path='' word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${known.map(quoted).join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _tidewaiter tidewaiter
`;
}

const forZsh = (places: readonly Completed[]): string =>
  `autoload -U +X bashcompinit && bashcompinit\n${forBash(places)}`;

function forFish(places: readonly Completed[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const here = quoted(`test "$(__tidewaiter_path)" = ${JSON.stringify(path)}`);
    const entry = (what: string, says: string) => `complete -c tidewaiter -n ${here} ${what} -d ${quoted(says)}`;
    return [
      ...commands.map(({ name, says }) => entry(`-f -a ${quoted(name)}`, says)),
      ...options
        .filter(({ flag }) => flag.startsWith('--'))
        .map(({ flag, says }) => entry(`-l ${flag.slice(2)}`, says)),
    ];
  });
  const known = places.map(({ path }) => path).filter(Boolean);
  return `function __tidewaiter_path
  set -l path
  for word in (commandline -opc)[2..]
    contains -- (string join ' ' $path $word) ${known.map(quoted).join(' ')}; and set -a path $word
  end
  string join ' ' $path
end
${lines.join('\n')}
`;
}

const SCRIPTS: Record<Shell, (places: readonly Completed[]) => string> = { bash: forBash, zsh: forZsh, fish: forFish };

export const completionOf = (shell: Shell, program: Command): string => SCRIPTS[shell](completedOf(program));

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose').choices(SHELLS))
    .description('a script that completes commands and options: source <(tidewaiter completion bash)')
    .action((shell: Shell) => void process.stdout.write(completionOf(shell, program)));
}
