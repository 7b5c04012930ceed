import { differential } from '../shells/suite.ts'

/** Other texts than the quick suite's, and from several starts. */
for (const seed of [1, 2, 3, 4]) differential({ generated: 5_000, corpus: 0, seed })
differential({ generated: 0, corpus: 100_000, seed: 0 })
