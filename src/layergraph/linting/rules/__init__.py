"""The rules, one module a subject; a module is loaded when the rules are first needed."""
