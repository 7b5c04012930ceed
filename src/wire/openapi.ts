import * as z from 'zod'
import { Problem } from './desk.ts'
import { ROUTES, type Route } from './desk-routes.ts'

type Member = { readonly [name: string]: unknown }

/** The desk's interface as OpenAPI 3.1, made of the table of routes and the schemas that check what comes in. */
export function openApi({ origin, cookie }: { readonly origin: string; readonly cookie: string }): Member {
  const paths: Record<string, Record<string, Member>> = {}
  for (const route of ROUTES) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: operationOf(route) })
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Interlock desk',
      version: '1',
      description: 'Votes are signed with passkeys: no route takes one from anything else.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: origin }],
    tags: [
      { name: 'people', description: 'With a session, from a page of the desk’s own origin.' },
      { name: 'guards', description: 'Each request is signed by the guard: a JWT over method, path and body.' },
    ],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: cookie },
        guard: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      },
      responses: {
        refused: {
          description: 'Why not.',
          content: { 'application/problem+json': { schema: schemaOf(Problem, 'output') } },
        },
      },
    },
  }
}

function operationOf({ method, path, who, does, takes, query = {}, gives, streams }: Route): Member {
  const body = takes ?? (method === 'GET' ? undefined : z.strictObject({}))
  const type = streams === undefined ? 'application/json' : 'text/event-stream'
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
  const asked = Object.entries(query).map(([name, description]) => {
    return { name, in: 'query', description, schema: { type: 'string' } }
  })
  const security = { anyone: [], guard: [{ guard: [] }], person: [{ session: [] }], admin: [{ session: [] }] }
  return {
    summary: who === 'admin' ? `${does} By an admin.` : does,
    tags: [path.startsWith('/v1') ? 'guards' : 'people'],
    security: security[who],
    ...(named.length + asked.length > 0 && { parameters: [...named, ...asked] }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      200: { description: does, content: { [type]: { schema: schemaOf(gives, 'output') } } },
      default: { $ref: '#/components/responses/refused' },
    },
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Member {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  // What refers to itself is `z.json()` alone: any value at all.
  const isAny = (value: unknown): boolean => typeof value === 'object' && value !== null && '$ref' in value
  return JSON.parse(JSON.stringify(rest), (_, value: unknown) => (isAny(value) ? {} : value)) as Member
}
