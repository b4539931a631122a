import type { Place } from './words.ts'

const keyOf = (place: Place) => place.path.join(' ')
const wordsOf = (place: Place) => place.words.map((word) => word.word).join(' ')

/**
 * Returns the completion script for bash 3.2 and newer. A table in the script gives, for the words typed
 * before the cursor, the words that may follow.
 */
export function bashScript(places: readonly Place[]): string {
  const paths = places.filter((place) => place.path.length > 0).map((place) => `"${keyOf(place)}"`)
  const words = places.map((place) => `    "${keyOf(place)}") words="${wordsOf(place)}" ;;`)
  const choices = places.flatMap((place) =>
    place.choices.map(({ flag, values }) => `    "${keyOf(place)} ${flag}") words="${values.join(' ')}" ;;`),
  )
  return [
    '_laku() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path="" next word words=""`,
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do`,
    `    next="\${path:+$path }$word"`,
    '    case "$next" in',
    `      ${paths.join('|')}) path="$next" ;;`,
    '    esac',
    '  done',
    '  case "$path $previous" in',
    ...choices,
    '  esac',
    '  if [ -z "$words" ]; then case "$path" in',
    ...words,
    '  esac; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _laku laku',
  ].join('\n')
}

/** Returns the completion script for zsh, which runs the script for bash. */
export function zshScript(places: readonly Place[]): string {
  return ['#compdef laku', 'autoload -U +X bashcompinit && bashcompinit', bashScript(places)].join('\n')
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/**
 * Returns the completion script for fish, with a description of each word. Each word has one line, with a
 * condition on the words typed before it.
 */
export function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const condition = `__laku_at ${quoted(keyOf(place))}`
    return place.words.map(({ word, description }) => {
      const values = place.choices.find((choice) => choice.flag === word)?.values
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
      const taking = values ? ` -x -a ${quoted(values.join(' '))}` : ''
      return `complete -c laku -f -n ${quoted(condition)} ${what}${taking} -d ${quoted(description)}`
    })
  })
  return [
    // Tests whether the typed words, without options, begin with the words in the argument. If the argument
    // is only a noun, the typed words must be exactly this noun. If it is a noun and a verb, more words may
    // follow.
    'function __laku_at',
    '  set -l words (string match -v -- "-*" (commandline -opc)[2..-1])',
    '  set -l path (string split -n " " -- "$argv[1]")',
    '  test (count $path) -lt 2; and test "$words" != "$path"; and return 1',
    '  string match -q -- "$argv[1]*" "$words"',
    'end',
    ...lines,
  ].join('\n')
}
