import { join } from 'node:path'
import { ROOT, transcripts } from './suite.ts'

transcripts(() => join(ROOT, 'bin', 'interlock'))
