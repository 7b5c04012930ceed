import { readEnrolment } from '../approvals/enrolment.ts'
import { type Agree, personAsks, type Reach } from '../cli/guard.ts'
import { line, note } from '../cli/render.ts'
import { EXIT } from '../core/ruling.ts'
import { type Env, foldersOf } from './folders.ts'

/** Ends this guard's enrolment: a person's to say, in a terminal. */
export async function leaveHere({ reach, agree }: { reach: Reach; agree: Agree }, env: Env): Promise<number> {
  const enrolment = readEnrolment(foldersOf(env).state)
  if (enrolment === undefined) {
    note('interlock: this guard is enrolled with no desk')
    return EXIT.usage
  }
  const { origin } = enrolment
  if ((await agree(`Leave the desk at ${origin}? What needs other people is denied from then on.`)) !== 'yes') {
    note('interlock: still enrolled; a person leaves, in a terminal')
    return EXIT.hold
  }
  const { refused, untold } = await personAsks(reach, '/v1/desk/leave', {})
  if (refused !== undefined) {
    note(`interlock: still enrolled: ${refused}`)
    return EXIT.deny
  }
  line(`left ${origin}: what needs other people is denied from now on`)
  if (untold !== undefined)
    note(`interlock: the desk does not know it: ${untold}; have an admin revoke this guard there`)
  return EXIT.done
}
