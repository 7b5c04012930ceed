import type { Context } from 'hono'
import { Rights, Signed } from '../wire/desk.ts'
import { InviteRequest, LinkRequest, type People } from '../wire/desk-people.ts'
import { type Allowed, needRate, type Web } from './allowed.ts'
import type { Desk } from './desk.ts'
import { askForRights, askToUnlink, invitePerson, linkPeople, recoverPerson, removePerson } from './people.ts'
import { fitting, Nothing } from './problem.ts'
import { agree, peopleNow, startAgreeing, withdraw } from './proposals.ts'

/** Who is enrolled, with which rights. What it takes to change that, the use cases know. */
export function forAdmins(app: Web, desk: Desk, { votes }: Allowed): void {
  const all = async (c: Context): Promise<Response> =>
    c.json((await peopleNow(desk, desk.store, c.get('person'))) satisfies People)
  app.get('/people', all)
  app.post('/people/invitations', async (c) =>
    c.json(await invitePerson(desk, c.get('person'), await fitting(c, InviteRequest))),
  )
  app.post('/people/:id/rights', async (c) => {
    await askForRights(desk, c.get('person'), c.req.param('id'), await fitting(c, Rights))
    return await all(c)
  })
  app.post('/people/:id/recovery', async (c) => {
    await fitting(c, Nothing)
    return c.json(await recoverPerson(desk, c.get('person'), c.req.param('id')))
  })
  app.post('/people/:id/link', async (c) => {
    const { other } = await fitting(c, LinkRequest)
    await linkPeople(desk, c.get('person'), [c.req.param('id'), other])
    return await all(c)
  })
  app.delete('/people/:id/link', async (c) => {
    await fitting(c, Nothing)
    await askToUnlink(desk, c.get('person'), c.req.param('id'))
    return await all(c)
  })
  app.delete('/people/:id', async (c) => {
    await fitting(c, Nothing)
    await removePerson(desk, c.get('person'), c.req.param('id'))
    return await all(c)
  })
  app.post('/proposals/:id/start', async (c) => {
    needRate(desk, votes, c.get('person').id)
    await fitting(c, Nothing)
    return c.json(await startAgreeing(desk, c.get('person'), c.req.param('id')))
  })
  app.post('/proposals/:id', async (c) => {
    needRate(desk, votes, c.get('person').id)
    return c.json(await agree(desk, c.get('person'), c.req.param('id'), await fitting(c, Signed)))
  })
  app.delete('/proposals/:id', async (c) => {
    await fitting(c, Nothing)
    return c.json(await withdraw(desk, c.get('person'), c.req.param('id')))
  })
}
