// Stands in for `node:util` where the parts of a start are joined (`build:join`). An `import` of a module of Node's reads
// all that it exports, also what is only made when somebody asks for it; this way, nothing is read but what is used.

module.exports = process.getBuiltinModule('node:util')
