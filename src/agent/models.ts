import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { defaultSettingsMiddleware, type LanguageModel, wrapLanguageModel } from 'ai'
import { CodedError } from '../core/errors.ts'

/** Which model thinks, and who is paid for it. `url` of `anthropic` is what `ANTHROPIC_BASE_URL` holds, without `/v1`. */
export type ModelChoice =
  | { readonly kind: 'anthropic'; readonly key: string; readonly model: string; readonly url: string }
  | { readonly kind: 'compatible'; readonly key: string | undefined; readonly model: string; readonly url: string }

/** Variables that pay for the model: the agent's own commands don't get them. */
export const MODEL_KEYS: readonly string[] = ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY']

/** A base URL is a deliberate choice, so it wins over a key that is set for other programs too. */
export function chooseModel(env: Readonly<Record<string, string | undefined>>): ModelChoice {
  const model = env.INTERLOCK_MODEL
  if (env.OPENAI_BASE_URL) {
    if (!model)
      throw new CodedError('agent/no-model', 'the endpoint in `OPENAI_BASE_URL` needs the name of a model', {
        hint: 'set `INTERLOCK_MODEL` to a model that the endpoint offers',
      })
    return { kind: 'compatible', key: env.OPENAI_API_KEY, model, url: env.OPENAI_BASE_URL }
  }
  if (env.ANTHROPIC_API_KEY) {
    const url = env.ANTHROPIC_BASE_URL ?? 'https://api.anthropic.com'
    return { kind: 'anthropic', key: env.ANTHROPIC_API_KEY, model: model ?? 'claude-opus-5-5', url }
  }
  throw new CodedError('agent/no-model', 'no model to think with', {
    hint: 'set `ANTHROPIC_API_KEY`, or `OPENAI_BASE_URL` and `INTERLOCK_MODEL` (and `OPENAI_API_KEY` where it asks for one)',
  })
}

/** Everything is handed in: the providers would otherwise look into the environment themselves. */
export function openModel(choice: ModelChoice): LanguageModel {
  if (choice.kind === 'anthropic') {
    const model = createAnthropic({ apiKey: choice.key, baseURL: `${choice.url.replace(/\/+$/, '')}/v1` })(choice.model)
    // A model newer than the library would be cut off after 4,096 tokens.
    return wrapLanguageModel({
      model,
      middleware: defaultSettingsMiddleware({ settings: { maxOutputTokens: 32_000 } }),
    })
  }
  const key = choice.key === undefined ? {} : { apiKey: choice.key }
  return createOpenAICompatible({ name: 'compatible', baseURL: choice.url, ...key })(choice.model)
}
