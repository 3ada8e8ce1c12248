package tag

// RunArgs lets tests ask for the jobs of a run.
type RunArgs = runArgs
