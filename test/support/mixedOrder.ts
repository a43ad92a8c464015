/** The order of test files: those of all projects evenly mixed, so that waiting tests run beside computing ones. */
import { statSync } from 'node:fs'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

export class MixedOrder extends BaseSequencer {
  /** Within a project, larger files come first, because they take longer. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizes = new Map(files.map(file => [file, statSync(file.moduleId).size]))
    const bySize = files.toSorted((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0) || a.moduleId.localeCompare(b.moduleId))
    const projects = Map.groupBy(bySize, ({ project }) => project.name)
    return [...projects.values()]
      .flatMap(ofOne => ofOne.map((file, at) => ({ file, place: (at + 0.5) / ofOne.length })))
      .toSorted((a, b) => a.place - b.place)
      .map(({ file }) => file)
  }
}
