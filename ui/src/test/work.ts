// Work to edit in tests: two variants of a list of users.
import type { ExperimentDoc } from '../host/bindings/ExperimentDoc';

export function work(): ExperimentDoc {
  return {
    source: 'sample:citizenapp?size=s',
    mapping_file: null,
    mapping: [],
    seed: 1,
    baseline: 'v1',
    endpoint: {
      name: 'users',
      root: 'User',
      mode: 'list',
      filter: { order_by: ['id'] },
      relationships: [
        {
          name: 'organization',
          accessed: true,
          relationships: [{ name: 'tenant', accessed: true, relationships: [] }],
        },
      ],
    },
    variants: [
      { id: 'v1', name: 'all lazy', differs: false, strategies: {} },
      {
        id: 'v2',
        name: 'joined',
        differs: false,
        strategies: { organization: 'joined', 'organization.tenant': 'joined' },
      },
    ],
    workload: {
      concurrency: 50,
      requests: 1000,
      seconds: null,
      rate: null,
      tenants: 'one',
      tenant_column: null,
      warmup: 10,
      rounds: 5,
      pool_size: 5,
      pool_overflow: 10,
      pool_timeout_s: 30,
    },
    conditions: { rtt_ms: 1, jitter_ms: 0, transaction: true, statement_cache: true, asynchronous: false },
    sweeps: [],
    lanes: ['native'],
    limits: { rows: 5_000_000, bytes: 1_000_000_000, seconds: 60 },
    claim: null,
  };
}

/** A promise and the ways to end it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
