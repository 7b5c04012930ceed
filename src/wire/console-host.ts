/** The name that browsers find the console under: this machine's, and no dev server of it on `localhost` gets its cookie. */
export const CONSOLE_HOST = 'interlock.localhost'
