"""JCL: text of a file in, converted jobs out. Begin with `jes.jcl.converter.jobs_from`."""
