/**
 * The commands by which the host's owner works on the database and the processes of this machine. They open
 * the database themselves. The server runs all other commands, for anybody with a token.
 */
const ofTheHost = ['up', 'demo', 'serve', 'worker', 'sandbox', 'completion', 'db', 'doctor', 'providers']
/** The commands about the connection to a server. The client itself carries them out. */
const aboutTheWay = ['login', 'context', 'auth login', 'auth logout', 'commands attach']

export function isOfTheHost([noun = '', verb = '']: readonly string[]): boolean {
  return ofTheHost.includes(noun) || isAboutTheWay([noun, verb])
}

function isAboutTheWay([noun = '', verb = '']: readonly string[]): boolean {
  return aboutTheWay.includes(noun) || aboutTheWay.includes(`${noun} ${verb}`)
}
