import fc from 'fast-check'

/** Properties that name no seed of their own are drawn by the run's seed too. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.LAKU_SEED) })
