// Everything that was started is stopped, in reverse order: at the end, after a failure, and when the run is interrupted.

export interface Stoppable {
  stop(): Promise<void> | void;
}

export class Resources {
  readonly #started: Stoppable[] = [];

  add<T extends Stoppable>(resource: T): T {
    this.#started.push(resource);
    return resource;
  }

  async stop(): Promise<void> {
    for (let resource = this.#started.pop(); resource !== undefined; resource = this.#started.pop()) {
      await resource.stop();
    }
  }
}

/** Runs with resources that are stopped whatever happens. */
export async function withResources<T>(run: (resources: Resources) => Promise<T>): Promise<T> {
  const resources = new Resources();
  const interrupt = () => {
    void resources.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await run(resources);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await resources.stop();
  }
}
