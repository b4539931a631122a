import fc from 'fast-check'

/** The seed of the run also draws the properties that name no seed of their own. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.LAKU_SEED) })
