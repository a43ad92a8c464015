/** Replaces the tests of components if there is no Chromium: one skipped test with its reason, or a failure with REQUIRE_ALL=1. */
import { expect, test } from 'vitest'
import { describeWith } from '../support/capabilities.ts'

describeWith('chromium', 'components', path => test('run in their own project', () => expect(path).not.toBe('')))
