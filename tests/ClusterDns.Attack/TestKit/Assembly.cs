// An attack takes the whole machine, and its bounds are bounds of time: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
