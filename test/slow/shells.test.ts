import { differential } from '../shells/suite.ts'

/** Twenty thousand, from several starts; the quick suite has others. */
for (const seed of [1, 2, 3, 4]) differential({ generated: 5_000, corpus: seed === 1 ? 1_000 : 0, seed })
