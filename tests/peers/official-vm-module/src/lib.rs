//! Nothing: this package only names the one that contains the module.
