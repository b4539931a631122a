/**
 * What the host's owner does with the database and the processes of this machine. It opens the database
 * itself; everything else is done by the server, for whoever has a token.
 */
const ofTheHost = ['up', 'demo', 'serve', 'worker', 'sandbox', 'completion', 'db', 'doctor', 'providers']
/** These are about the way in, and end here. */
const aboutTheWay = ['login', 'context', 'auth login', 'auth logout', 'commands attach']

export function isOfTheHost([noun = '', verb = '']: readonly string[]): boolean {
  return ofTheHost.includes(noun) || isAboutTheWay([noun, verb])
}

export function isAboutTheWay([noun = '', verb = '']: readonly string[]): boolean {
  return aboutTheWay.includes(noun) || aboutTheWay.includes(`${noun} ${verb}`)
}
