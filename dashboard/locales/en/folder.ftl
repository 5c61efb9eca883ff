alarm-import-refused = A file in the import folder was refused
advice-import-refused = Nothing of it was taken. The report beside it in the folder refused says why: correct it in the register, or import the file once by hand, then take it out of there.
