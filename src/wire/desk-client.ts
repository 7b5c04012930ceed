import type * as z from 'zod'
import { PEOPLE_ROUTES, type Route } from './desk-routes.ts'

/** Asks, and answers with what fits the schema; rejects with why not. */
export type Ask = <T>(method: string, path: string, schema: z.ZodType<T>, body?: object) => Promise<T>

type Named<Path> = Path extends `${string}{${string}}${infer Rest}` ? [string, ...Named<Rest>] : []
type Body<R> = R extends { readonly takes: infer Schema extends z.ZodType } ? [z.input<Schema>] : []
type Call<R extends Route> = (...given: [...Named<R['path']>, ...Body<R>]) => Promise<z.output<R['gives']>>

/** Everything that a person can ask of a desk, by the names in the table of routes: what the path names, then the body. */
export type DeskClient = { readonly [Name in keyof typeof PEOPLE_ROUTES]: Call<(typeof PEOPLE_ROUTES)[Name]> }

export function deskClientOf(ask: Ask): DeskClient {
  const calls = Object.entries<Route>(PEOPLE_ROUTES).map(([name, route]) => [name, callOf(route, ask)])
  return Object.fromEntries(calls) as DeskClient
}

function callOf({ method, path, takes, gives }: Route, ask: Ask): (...given: (string | object)[]) => Promise<unknown> {
  return (...given) => {
    const named = [...given]
    const at = path.replace(/\{\w+\}/g, () => encodeURIComponent(String(named.shift())))
    const body = takes === undefined ? {} : (named.shift() as object)
    return ask(method, at, gives, method === 'GET' ? undefined : body)
  }
}
